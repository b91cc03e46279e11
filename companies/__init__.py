"""Their side, and who meets whom: companies, contacts, projects, enrolments, assignments, visits."""
