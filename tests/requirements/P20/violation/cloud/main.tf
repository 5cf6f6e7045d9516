resource "google_compute_firewall" "ssh" {
  name    = "ssh"
  network = "training"
  # From anywhere, since people work from home.
  source_ranges = ["0.0.0.0/0"]
  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
}
