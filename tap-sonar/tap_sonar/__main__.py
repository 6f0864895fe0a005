"""`python -m tap_sonar`: the same command as `tap-sonar`."""

from tap_sonar.tap import TapSonar

if __name__ == "__main__":
    TapSonar.cli()
