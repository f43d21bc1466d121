#include "programme.h"

#include "speech-mixer.h"

/* A voice that has paused may go on: the mix is this much behind the clock then. */
#define PAUSED_WAIT_US (300 * 1000)
/* A voice behind a hole: the second for retransmissions, and the poll that ends it. */
#define HOLE_WAIT_US (1150 * 1000)
/* Not a word for as long: nobody waits for it. */
#define ACTIVE_US (1 * G_USEC_PER_SEC)

struct Programme {
    const TrackFilePlace *place;
    GPtrArray *cameras; /* of ProgrammeCamera */
    GPtrArray *voices;  /* of ProgrammeVoice */
    SpeechMixer *mixer;
    gint64 now; /* of the advance that is running */
};

struct ProgrammeCamera {
    TrackFile *file;
};

struct ProgrammeVoice {
    Programme *programme;
    TrackFile *file;
    SpeechInput *input;
    gboolean waits;
};

/** The mix goes into every camera's file. */
static void
on_mixed(GBytes *packet, gint64 pos, gboolean silent, gpointer user)
{
    Programme *programme = user;

    for (guint i = 0; i < programme->cameras->len; i++) {
        ProgrammeCamera *camera = programme->cameras->pdata[i];

        if (camera->file->assembler)
            part_assembler_audio(camera->file->assembler, packet, pos, silent, programme->now);
    }
}

Programme *
programme_new(const TrackFilePlace *place)
{
    Programme *programme = g_new0(Programme, 1);

    programme->place = place;
    programme->cameras = g_ptr_array_new();
    programme->voices = g_ptr_array_new();
    programme->mixer = speech_mixer_new(&(SpeechMixerEvents){ on_mixed, programme });
    return programme;
}

void
programme_free(Programme *programme, const char *reason, gint64 now)
{
    if (!programme)
        return;
    /* What was said goes into the pictures' files before they end. */
    programme->now = now;
    speech_mixer_advance(programme->mixer, now);
    for (guint i = 0; i < programme->cameras->len; i++) {
        ProgrammeCamera *camera = programme->cameras->pdata[i];

        track_file_free(camera->file, reason, now);
        g_free(camera);
    }
    for (guint i = 0; i < programme->voices->len; i++) {
        ProgrammeVoice *voice = programme->voices->pdata[i];

        track_file_free(voice->file, reason, now);
        g_free(voice);
    }
    g_ptr_array_unref(programme->cameras);
    g_ptr_array_unref(programme->voices);
    speech_mixer_free(programme->mixer);
    g_free(programme);
}

/* --- cameras --- */

ProgrammeCamera *
programme_camera(Programme *programme, const char *name)
{
    for (guint i = 0; i < programme->cameras->len; i++) {
        ProgrammeCamera *camera = programme->cameras->pdata[i];

        if (g_str_equal(camera->file->name, name))
            return camera;
    }
    if (programme->cameras->len >= PROGRAMME_CAMERAS_MAX)
        return NULL;

    ProgrammeCamera *camera = g_new0(ProgrammeCamera, 1);

    camera->file = track_file_new(programme->place, name, TRUE);
    g_ptr_array_add(programme->cameras, camera);
    return camera;
}

void
programme_picture(ProgrammeCamera *camera, const VideoPicture *picture, gint64 now)
{
    if (camera->file->assembler)
        part_assembler_video(camera->file->assembler, picture, now);
}

void
programme_camera_restarts(ProgrammeCamera *camera)
{
    if (camera->file->assembler)
        part_assembler_video_restarts(camera->file->assembler);
}

void
programme_picture_lost(ProgrammeCamera *camera, guint packets, gint64 pos)
{
    if (camera->file->assembler)
        part_assembler_video_lost(camera->file->assembler, packets, pos);
}

gboolean
programme_wants_key(const ProgrammeCamera *camera, gint64 interval_us, gint64 asked_at, gint64 now)
{
    const PartAssembler *assembler = camera->file->assembler;

    return assembler && (part_assembler_needs_key(assembler) || now - MAX(part_assembler_last_key(assembler), asked_at) >= interval_us);
}

/* --- voices --- */

ProgrammeVoice *
programme_voice_new(Programme *programme, const char *participant)
{
    ProgrammeVoice *voice = g_new0(ProgrammeVoice, 1);
    g_autofree char *name = g_strconcat("audio-", participant, NULL);

    voice->programme = programme;
    voice->file = track_file_new(programme->place, name, FALSE);
    voice->input = speech_mixer_add(programme->mixer);
    g_ptr_array_add(programme->voices, voice);
    return voice;
}

void
programme_voice_free(ProgrammeVoice *voice, gint64 now)
{
    gint64 end;

    if (!voice)
        return;
    end = speech_input_end(voice->programme->mixer, voice->input);
    voice->programme->now = now;
    if (end > speech_mixer_position(voice->programme->mixer))
        speech_mixer_advance(voice->programme->mixer, MIN(end, now)); /* the last word still belongs into the mix */
    track_file_free(voice->file, NULL, now);
    speech_mixer_remove(voice->programme->mixer, voice->input);
    g_ptr_array_remove_fast(voice->programme->voices, voice);
    g_free(voice);
}

void
programme_voice_waits(ProgrammeVoice *voice, gboolean waits)
{
    voice->waits = waits;
}

/** How far everybody who is speaking has come; those who pause hold it back a little, those behind a hole until it is given up. */
static void
advance(Programme *programme, gint64 now)
{
    gint64 until = now - PAUSED_WAIT_US, common = G_MAXINT64;

    programme->now = now;
    for (guint i = 0; i < programme->voices->len; i++) {
        const ProgrammeVoice *voice = programme->voices->pdata[i];
        gint64 end = speech_input_end(programme->mixer, voice->input);

        if (voice->waits)
            until = MIN(until, MAX(end, now - HOLE_WAIT_US));
        if (end > now - ACTIVE_US || voice->waits)
            common = MIN(common, end);
    }
    if (common != G_MAXINT64)
        until = MAX(until, common);
    if (programme->cameras->len || programme->voices->len)
        speech_mixer_advance(programme->mixer, MIN(until, now));
}

void
programme_speech(ProgrammeVoice *voice, const guint8 *packet, gsize length, gint64 pos, gint64 now)
{
    if (speech_mixer_position(voice->programme->mixer) == G_MININT64)
        speech_mixer_advance(voice->programme->mixer, pos - PAUSED_WAIT_US);
    if (voice->programme->cameras->len)
        speech_mixer_push(voice->programme->mixer, voice->input, packet, length, pos);
    if (voice->file->assembler) {
        g_autoptr(GBytes) bytes = g_bytes_new(packet, length);

        part_assembler_audio(voice->file->assembler, bytes, pos, FALSE, now);
    }
    advance(voice->programme, now);
}

void
programme_speech_lost(ProgrammeVoice *voice, guint packets, gint64 pos)
{
    if (voice->file->assembler)
        part_assembler_audio_lost(voice->file->assembler, packets, pos);
}

/* --- all of it --- */

void
programme_poll(Programme *programme, gint64 now)
{
    advance(programme, now);
    for (guint i = 0; i < programme->cameras->len; i++)
        track_file_poll(((ProgrammeCamera *) programme->cameras->pdata[i])->file, now);
    for (guint i = 0; i < programme->voices->len; i++)
        track_file_poll(((ProgrammeVoice *) programme->voices->pdata[i])->file, now);
}

void
programme_gap(Programme *programme, gint64 from, gint64 to, const char *reason)
{
    const TrackFilePlace *place = programme->place;

    for (guint i = 0; i < programme->cameras->len; i++) {
        ProgrammeCamera *camera = programme->cameras->pdata[i];

        place->sink->gap(camera->file->name, from + place->wall_offset, to + place->wall_offset, reason, place->sink_user);
    }
}
