/**
 * RecorderControl — what the recorder says of its recordings, told to the rooms; and whether it is there. Loop thread.
 */
#pragma once

#include "server.h"

RecorderControl *recorder_control_new(Server *server);
void recorder_control_free(RecorderControl *recorder);
/** Opens the event stream and keeps it open. */
void recorder_control_start(RecorderControl *recorder);
gboolean recorder_control_is_connected(const RecorderControl *recorder);
