resource "google_secret_manager_secret" "hub" {
  secret_id = "hub"
}

resource "google_secret_manager_secret_version" "hub" {
  secret = google_secret_manager_secret.hub.id
  # Typed into the configuration, and kept in its state.
  secret_data = "tidal-Quartz-81-meadow"
}
