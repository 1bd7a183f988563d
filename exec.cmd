@rem For Windows, which has no "exec": where there is one, no shell stands between npm start and its program.
@%*
