#include "form-check.h"

#include <string.h>

static gboolean
all_digits(const char *text, gsize count)
{
    for (gsize i = 0; i < count; i++)
        if (!g_ascii_isdigit(text[i]))
            return FALSE;
    return TRUE;
}

static int
number(const char *text, int count)
{
    int value = 0;

    for (int i = 0; i < count; i++)
        value = value * 10 + (text[i] - '0');
    return value;
}

static gboolean
is_day(int year, int month, int day)
{
    return year >= 1850 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 &&
           g_date_valid_dmy((GDateDay) day, (GDateMonth) month, (GDateYear) year);
}

gboolean
form_is_date(const char *text)
{
    return strlen(text) == 10 && all_digits(text, 4) && text[4] == '-' && all_digits(text + 5, 2) && text[7] == '-' && all_digits(text + 8, 2) &&
           is_day(number(text, 4), number(text + 5, 2), number(text + 8, 2));
}

gboolean
form_is_identity_number(const char *text)
{
    static const int weights[17] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
    int sum = 0;

    if (strlen(text) != 18 || !all_digits(text, 17) || !is_day(number(text + 6, 4), number(text + 10, 2), number(text + 12, 2)))
        return FALSE;
    for (int i = 0; i < 17; i++)
        sum += (text[i] - '0') * weights[i];
    return g_ascii_toupper(text[17]) == "10X98765432"[sum % 11];
}

gboolean
form_is_credit_code(const char *text)
{
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    int weight = 1, sum = 0;

    if (strlen(text) != 18)
        return FALSE;
    for (int i = 0; i < 18; i++) {
        const char *place = strchr(alphabet, text[i]);

        if (!place)
            return FALSE;
        if (i == 17)
            return (31 - sum % 31) % 31 == place - alphabet;
        sum += (int) (place - alphabet) * weight;
        weight = weight * 3 % 31;
    }
    return FALSE;
}

gboolean
form_is_phone(const char *text)
{
    gsize length = strlen(text);

    if (length == 11 && text[0] == '1' && text[1] >= '3' && text[1] <= '9')
        return all_digits(text, 11);
    for (gsize area = 3; area <= 4; area++)
        if (text[0] == '0' && length > area && all_digits(text, area)) {
            gsize start = area + (text[area] == '-');

            if (length >= start + 7 && length <= start + 8 && all_digits(text + start, length - start))
                return TRUE;
        }
    return FALSE;
}

gboolean
form_is_bank_card(const char *text)
{
    gsize length = strlen(text);
    int sum = 0;

    if (length < 12 || length > 19 || !all_digits(text, length))
        return FALSE;
    for (gsize i = 0; i < length; i++) {
        int digit = text[length - 1 - i] - '0';

        if (i % 2 == 1)
            digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
        sum += digit;
    }
    return sum % 10 == 0;
}
