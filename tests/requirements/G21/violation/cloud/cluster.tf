resource "azurerm_kubernetes_cluster" "train" {
  # No workload identity: every pod acts as the node.
  name = "train"
  default_node_pool {
    name = "gpu"
  }
}
