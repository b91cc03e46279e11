"""联企: officials assigned to companies, and what companies ask for, followed to the end.

This package is on two floors. The ground floor (models, workdays, services, …) is what every
room stands on: the map, the people, the rulebook, the calendar, the trail. The top floor
(settings, urls, celery, schedules, dashboards) is the front door, and nothing imports it.
"""
