resource "google_compute_firewall" "ssh" {
  name    = "ssh"
  network = "training"
  source_ranges = ["198.51.100.0/24"]
  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
}
