"""Documents kept on disk: nothing lost, nothing half done."""
