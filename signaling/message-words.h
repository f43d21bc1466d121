/**
 * message-words — what the office tells applicants, in Chinese and then in English: the texts of messages by kind. Pure; any thread.
 */
#pragma once

#include <glib.h>
#include <jansson.h>

typedef struct {
    char *subject;
    char *text;
} MessageWords;

/** `about`: {case: {case_number, applicant, …}, kind, data}; `link`: the address that the text ends with. Clear with message_words_clear(). */
MessageWords message_words(const json_t *about, const char *link);
void message_words_clear(MessageWords *words);
