/** What every user of libjpeg here needs: errors that come back instead of ending the process. */
#pragma once

#include <setjmp.h>
#include <stdio.h>

#include <jpeglib.h>

typedef struct {
    struct jpeg_error_mgr base;
    jmp_buf out; /* setjmp() on it before the codec is made */
} JpegErrors;

struct jpeg_error_mgr *jpeg_errors_init(JpegErrors *errors);
