resource "azurerm_user_assigned_identity" "train" {
  name = "train"
}

resource "azurerm_role_assignment" "train" {
  # The owner of the whole subscription.
  scope                = "/subscriptions/00000000-0000-0000-0000-000000000001"
  role_definition_name = "Owner"
  principal_id         = azurerm_user_assigned_identity.train.principal_id
}
