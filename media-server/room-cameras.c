/* Fixed cameras in a room: publishers beside its people. */
#include "room-private.h"

#include <gio/gio.h>

#include "log.h"

static void
on_camera_pad_added(GstElement *src, GstPad *pad, gpointer user)
{
    Camera *camera = user;
    Room *room = g_object_get_data(G_OBJECT(src), "room");
    /* H.264 as it is: what it is in detail is in its parameter sets. */
    RoomTrackSource from = {camera, YTK_RTC_SRC(src), camera_order(camera), ytk_rtc_src_pad_track(pad) ? "" : "packetization-mode=1", 0, 1, TRUE, FALSE};

    room_take_source(room, camera_id(camera), camera_joined_us(camera), 0, &from, pad);
}

static void
on_camera_source(gpointer user, Camera *camera)
{
    Room *room = user;
    GstElement *src = GST_ELEMENT(camera_src(camera));

    g_object_set_data(G_OBJECT(src), "room", room);
    *camera_pad_handler(camera) = g_signal_connect(src, "pad-added", G_CALLBACK(on_camera_pad_added), camera);
    gst_bin_add(GST_BIN(room->pipeline), src);
    gst_element_sync_state_with_parent(src);
}

static void
on_camera_source_lost(gpointer user, Camera *camera)
{
    Room *room = user;

    room_silence(room, camera, !room->closing);
    g_signal_handler_disconnect(camera_src(camera), *camera_pad_handler(camera));
    gst_element_set_state(GST_ELEMENT(camera_src(camera)), GST_STATE_NULL);
    gst_bin_remove(GST_BIN(room->pipeline), GST_ELEMENT(camera_src(camera)));
}

static void
on_camera_state(gpointer user, Camera *camera)
{
    Room *room = user;
    json_t *event = camera_describe(camera);

    log_info("media", "room=%s camera=%s state=%s reason=%s", room->id, camera_id(camera),
             json_string_value(json_object_get(event, "state")), json_string_value(json_object_get(event, "reason")));
    json_object_set_new(event, "type", json_string("camera"));
    json_object_set_new(event, "room", json_string(room->id));
    worker_event(room->worker, event);
}

static const CameraHandlers camera_handlers = {on_camera_source, on_camera_source_lost, on_camera_state};

static Camera *
find_camera(const Room *room, const char *id)
{
    for (guint i = 0; i < room->cameras->len; i++)
        if (g_str_equal(camera_id(g_ptr_array_index(room->cameras, i)), id))
            return g_ptr_array_index(room->cameras, i);
    return NULL;
}

Camera *
room_put_camera(Room *room, const char *id, guint order, CameraUrl *url, gboolean *ret_created, GError **error)
{
    Camera *camera = find_camera(room, id);
    CameraConfig config = {id, order, url, &camera_handlers, room};

    *ret_created = FALSE;
    if (camera && camera_is_same(camera, url)) {
        camera_url_clear(url);
        g_free(url);
        return camera;
    }
    if (camera)
        room_remove_camera(room, id);
    if (room->cameras->len >= ROOM_CAMERAS_MAX) {
        camera_url_clear(url);
        g_free(url);
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_BUSY, "the room has %d cameras", ROOM_CAMERAS_MAX);
        return NULL;
    }
    camera = camera_new(room->worker, &config);
    g_ptr_array_add(room->cameras, camera);
    *ret_created = TRUE;
    return camera;
}

void
room_drop_camera(Room *room, Camera *camera)
{
    g_autofree char *id = g_strdup(camera_id(camera));

    g_ptr_array_remove(room->cameras, camera);
    camera_leave(camera);
    for (guint i = room->tracks->len; i-- > 0;)
        if (g_str_equal(((RoomTrack *)g_ptr_array_index(room->tracks, i))->participant, id))
            room_remove_track(room, g_ptr_array_index(room->tracks, i));
    if (!room->closing)
        room_plan(room, NULL);
}

gboolean
room_remove_camera(Room *room, const char *id)
{
    Camera *camera = find_camera(room, id);

    if (camera)
        room_drop_camera(room, camera);
    return camera != NULL;
}
