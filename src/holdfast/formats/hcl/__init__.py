"""HashiCorp's configuration language, HCL 2: native syntax and JSON, expressions and their values."""
