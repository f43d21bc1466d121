/**
 * One handler per message of a client; docs/signaling-protocol.md, section 2 says what each does. The dispatch table has checked role, state
 * and fields. All but hello run for a socket in a room. Each takes the call over and ends it, now or later. Loop thread.
 */
#pragma once

#include "../call.h"

void handle_hello(Call *call, Room *room);
void handle_consent(Call *call, Room *room);
void handle_device_check(Call *call, Room *room);
void handle_wait(Call *call, Room *room);
void handle_admit(Call *call, Room *room);
void handle_media_offer(Call *call, Room *room);
void handle_media_restart(Call *call, Room *room);
void handle_media_close(Call *call, Room *room);
void handle_media_state(Call *call, Room *room);
void handle_checkpoint_start(Call *call, Room *room);
void handle_checkpoint_end(Call *call, Room *room);
void handle_finding(Call *call, Room *room);
void handle_camera_add(Call *call, Room *room);
void handle_camera_remove(Call *call, Room *room);
void handle_still_take(Call *call, Room *room);
void handle_act(Call *call, Room *room);
void handle_challenge(Call *call, Room *room);
void handle_challenge_judge(Call *call, Room *room);
void handle_measure(Call *call, Room *room);
void handle_correction(Call *call, Room *room);
void handle_direct(Call *call, Room *room);
void handle_private_note(Call *call, Room *room);
void handle_draw(Call *call, Room *room);
void handle_camera(Call *call, Room *room);
void handle_visit_end(Call *call, Room *room);
void handle_leave(Call *call, Room *room);
void handle_form_sync(Call *call, Room *room);
void handle_form_open(Call *call, Room *room);
void handle_form_patch(Call *call, Room *room);
void handle_form_confirm(Call *call, Room *room);
void handle_form_show(Call *call, Room *room);
void handle_form_comment(Call *call, Room *room);
void handle_form_point(Call *call, Room *room);
void handle_form_sign(Call *call, Room *room);
void handle_form_submit(Call *call, Room *room);
