resource "google_container_cluster" "train" {
  name     = "train"
  location = "europe-west4"
  # Nothing enforces network policies: every pod reaches every other one.
}
