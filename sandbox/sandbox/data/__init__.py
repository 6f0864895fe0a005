"""The data of a made-up internet provider in Sonar's form: generate it, know the truth about it, change it."""
