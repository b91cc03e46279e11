"""The front door: home per role, the leader's dashboard, search. Nothing imports it but liaison.urls."""
