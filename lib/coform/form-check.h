/** Check digits of the numbers that forms ask for. Pure functions; the same as web-client/src/coform/check-digits.js. */
#pragma once

#include <glib.h>

/** GB 11643-1999: 17 digits with a possible date of birth, and a check character. */
gboolean form_is_identity_number(const char *text);
/** GB 32100-2015: unified social credit code of 18 characters. */
gboolean form_is_credit_code(const char *text);
/** A mainland mobile number, or a land line with area code. */
gboolean form_is_phone(const char *text);
/** ISO/IEC 7812-1: 12 to 19 digits, Luhn. */
gboolean form_is_bank_card(const char *text);
/** YYYY-MM-DD of a day that there is. */
gboolean form_is_date(const char *text);
