// Gives components the choices of the user, and shows one as a switch.
import { createContext, useContext, useSyncExternalStore } from 'react';
import { createPreferences, type PreferenceName } from '../../model/preferences';

/** The preferences of the page; tests provide others. */
export const PreferencesContext = createContext(createPreferences(() => localStorage));

/** Returns whether something is on, and a function that sets it. @param initial the value until the user chooses */
export function usePreference(
  name: PreferenceName,
  initial: boolean,
): readonly [isOn: boolean, set: (isOn: boolean) => void] {
  const { read, write, subscribe } = useContext(PreferencesContext);
  const isOn = useSyncExternalStore(subscribe, () => read(name) ?? initial);
  return [
    isOn,
    (next) => {
      write(name, next);
    },
  ];
}

interface SwitchProps {
  readonly label: string;
  readonly isOn: boolean;
  readonly onChange: (isOn: boolean) => void;
}

/** A switch looks like a check box, which everybody knows, and is announced as a switch. */
export function Switch({ label, isOn, onChange }: SwitchProps) {
  return (
    <label className="switch">
      <input
        type="checkbox"
        role="switch"
        checked={isOn}
        onChange={({ target }) => {
          onChange(target.checked);
        }}
      />
      {label}
    </label>
  );
}
