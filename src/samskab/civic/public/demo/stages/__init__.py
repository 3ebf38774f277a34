"""The example data, stage by stage; each stage writes through the actions of one room."""
