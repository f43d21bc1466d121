/** The elements of this program, registered in the program itself: no plug-in file, no search path. */
#pragma once

#include <glib.h>

/** After gst_init(); TRUE unless GStreamer refuses. */
gboolean ytk_elements_register(void);
