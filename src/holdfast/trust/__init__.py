"""Pure verification of signed evidence; time and roots are passed in."""
