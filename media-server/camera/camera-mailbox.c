#include "camera-mailbox.h"

struct CameraMailbox {
    GMutex lock;
    GArray *items;
    gsize bytes, bytes_max;
    gboolean awaits_key_frame;
    guint64 dropped;
    void (*filled)(gpointer user);
    gpointer user;
};

static void
clear_item(gpointer data)
{
    g_clear_pointer(&((CameraItem *)data)->buffer, gst_buffer_unref);
}

static GArray *
new_items(void)
{
    return g_array_new(FALSE, FALSE, sizeof(CameraItem));
}

CameraMailbox *
camera_mailbox_new(gsize bytes_max, void (*filled)(gpointer user), gpointer user)
{
    CameraMailbox *mailbox = g_new0(CameraMailbox, 1);

    g_mutex_init(&mailbox->lock);
    mailbox->items = new_items();
    mailbox->bytes_max = bytes_max;
    mailbox->filled = filled;
    mailbox->user = user;
    return mailbox;
}

void
camera_mailbox_free(CameraMailbox *mailbox)
{
    if (!mailbox)
        return;
    g_array_set_clear_func(mailbox->items, clear_item);
    g_array_unref(mailbox->items);
    g_mutex_clear(&mailbox->lock);
    g_free(mailbox);
}

/* Locked. */
static gboolean
has_room_for(CameraMailbox *mailbox, const CameraItem *item)
{
    if (item->kind == CAMERA_ITEM_STATE)
        return TRUE;
    if (mailbox->bytes + gst_buffer_get_size(item->buffer) > mailbox->bytes_max) {
        mailbox->awaits_key_frame |= item->kind == CAMERA_ITEM_VIDEO;
        return FALSE;
    }
    if (item->kind == CAMERA_ITEM_VIDEO && mailbox->awaits_key_frame)
        mailbox->awaits_key_frame = !item->starts_key_frame;
    return item->kind == CAMERA_ITEM_AUDIO || !mailbox->awaits_key_frame;
}

void
camera_mailbox_put(CameraMailbox *mailbox, const CameraItem *item)
{
    gboolean kept, first;

    g_mutex_lock(&mailbox->lock);
    kept = has_room_for(mailbox, item);
    first = kept && !mailbox->items->len;
    if (kept) {
        g_array_append_val(mailbox->items, *item);
        mailbox->bytes += item->buffer ? gst_buffer_get_size(item->buffer) : 0;
    } else {
        mailbox->dropped++;
    }
    g_mutex_unlock(&mailbox->lock);
    if (!kept)
        gst_buffer_unref(item->buffer);
    if (first)
        mailbox->filled(mailbox->user);
}

GArray *
camera_mailbox_take(CameraMailbox *mailbox)
{
    GArray *items;

    g_mutex_lock(&mailbox->lock);
    items = mailbox->items;
    mailbox->items = new_items();
    mailbox->bytes = 0;
    g_mutex_unlock(&mailbox->lock);
    return items;
}

guint64
camera_mailbox_dropped(CameraMailbox *mailbox)
{
    guint64 dropped;

    g_mutex_lock(&mailbox->lock);
    dropped = mailbox->dropped;
    g_mutex_unlock(&mailbox->lock);
    return dropped;
}
