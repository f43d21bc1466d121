/**
 * Appointments: rules and days of the office, booking by the case's link, calls off, calendar feeds. HttpHandler with the Server as user. Loop thread.
 */
#pragma once

#include "../server.h"

void api_slot_rule_list(HttpRequest *request, gpointer server);
void api_slot_rule_add(HttpRequest *request, gpointer server);
void api_slot_rule_remove(HttpRequest *request, gpointer server);
void api_holiday_list(HttpRequest *request, gpointer server);
void api_holiday_put(HttpRequest *request, gpointer server);

void api_my_slots(HttpRequest *request, gpointer server);
void api_my_appointment_put(HttpRequest *request, gpointer server);
void api_my_appointment_cancel(HttpRequest *request, gpointer server);

void api_visit_cancel(HttpRequest *request, gpointer server);
void api_visit_no_show(HttpRequest *request, gpointer server);

void api_calendar_add(HttpRequest *request, gpointer server);
void api_calendar_get(HttpRequest *request, gpointer server);
