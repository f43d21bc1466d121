/**
 * case-files — what people upload to a case: pictures of a rectification, attachments. Checked by content, durable before it is answered, in DATA/case-files as ID-DIGEST.
 * Loop thread; the disk is the files' worker.
 */
#pragma once

#include "rest.h"

#define CASE_FILE_BYTES_MAX (16 * 1024 * 1024)

typedef enum { CASE_FILE_JPEG = 1, CASE_FILE_PNG = 2, CASE_FILE_PDF = 4 } CaseFileType;

/** What the bytes are, 0 for none of them; the beginning and the end are looked at, so that half a file is none. */
CaseFileType case_file_type(GBytes *bytes);
const char *case_file_content_type(CaseFileType type);

/** Writes the request's body under `id`, then runs `work` with `input` and {file, sha256, bytes, type, now}, and answers 201 with its output. What the work refuses is removed again.
 *  415 `refusal` for a content that is none of `allowed` (or another than the header says). Takes `input` over. */
void case_file_receive(Server *server, HttpRequest *request, const char *id, unsigned allowed, Problem refusal, StoreWork work, json_t *input);
/** Answers with the file. */
void case_file_reply(Server *server, HttpRequest *request, const char *id, const char *sha256, const char *content_type);
