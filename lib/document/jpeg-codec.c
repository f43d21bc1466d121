#include "jpeg-codec.h"

/* libjpeg reports what is fatal by a call that must not return. */
static void
leave(j_common_ptr codec)
{
    longjmp(((JpegErrors *) codec->err)->out, 1);
}

static void
be_silent(j_common_ptr codec)
{
}

struct jpeg_error_mgr *
jpeg_errors_init(JpegErrors *errors)
{
    jpeg_std_error(&errors->base);
    errors->base.error_exit = leave;
    errors->base.output_message = be_silent;
    return &errors->base;
}
