resource "google_container_cluster" "train" {
  name              = "train"
  location          = "europe-west4"
  datapath_provider = "ADVANCED_DATAPATH"
}
