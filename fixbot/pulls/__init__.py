"""One pull request per fix, in four steps: read the forge (`state`), decide (`plan`), test (`verify`), write (`publish`)."""
