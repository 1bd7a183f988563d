// Switches between agents and events on a narrow screen. A wide screen shows both.
const views = ['agents', 'events'] as const;

type View = (typeof views)[number];

interface ViewSwitchProps {
  readonly view: View;
  readonly onChange: (view: View) => void;
}

export function ViewSwitch({ view, onChange }: ViewSwitchProps) {
  return (
    <div className="views toggles" role="group" aria-label="View">
      {views.map((name) => (
        <button
          key={name}
          type="button"
          className="toggle"
          aria-pressed={view === name}
          onClick={() => {
            onChange(name);
          }}
        >
          {name}
        </button>
      ))}
    </div>
  );
}
