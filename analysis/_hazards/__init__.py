"""What the two models for hazards share: the check of what comes in, the risk sets, the climb, the robust variance."""
