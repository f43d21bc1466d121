#include "load-account.h"

#define AUTHENTICATED_FIRST 20
#define AUTHENTICATED_EVERY 256

void
load_account_begin(LoadAccount *account, guint32 ssrc, gboolean video, guint16 sequence)
{
    *account = (LoadAccount){
        .ssrc = ssrc, .video = video, .highest = 65536u + sequence, .first_highest = 65536u + sequence};
}

static guint32
extend(const LoadAccount *account, guint16 sequence)
{
    return account->highest + (guint32)(gint32)(gint16)(sequence - (guint16)account->highest);
}

void
load_account_packet(LoadAccount *account, guint16 sequence)
{
    guint32 extended = extend(account, sequence);

    if (extended > account->highest) {
        guint32 ahead = extended - account->highest;

        account->seen = ahead < 64 ? account->seen << ahead : 0;
        account->highest = extended;
    }
    guint32 behind = account->highest - extended;
    guint64 bit = behind < 64 ? G_GUINT64_CONSTANT(1) << behind : 0;

    if (account->seen & bit) {
        account->duplicates++;
        return;
    }
    account->seen |= bit;
    account->received++;
    account->out_of_order += behind > 0;
}

gboolean
load_account_wants_authentication(const LoadAccount *account)
{
    return account->received <= AUTHENTICATED_FIRST || account->received % AUTHENTICATED_EVERY == 0;
}

void
load_account_authenticated(LoadAccount *account, guint16 sequence, guint32 counter)
{
    guint32 first = counter - (extend(account, sequence) - account->first_highest);
    gint32 jump = (gint32)(first - account->first_counter);

    if (account->authenticated++ && jump) {
        if (account->video && jump > 0)
            account->withheld += (guint32)jump;
        else
            account->misnumbered++;
        if (!account->video || jump < 0)
            return;
    }
    account->first_counter = first;
}

guint64
load_account_due(const LoadAccount *account, guint32 counter)
{
    return account->authenticated ? counter - account->first_counter : 0;
}
