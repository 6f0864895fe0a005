"""tap-sonar: reads a Sonar instance (sonar.software) over GraphQL and writes Singer messages."""
