resource "azurerm_kubernetes_cluster" "train" {
  name                      = "train"
  oidc_issuer_enabled       = true
  workload_identity_enabled = true
  default_node_pool {
    name = "gpu"
  }
}
