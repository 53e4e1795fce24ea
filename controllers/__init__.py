from . import calendar, portal
