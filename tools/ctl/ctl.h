/**
 * yuntakanctl — the operator's tool: one table of commands over the REST API (docs/http-api.yaml).
 *
 * One thread, one command a run. What a command prints is for people; with --json it is the API's object, indented, on standard output. Errors go
 * to standard error in the language of LC_ALL, LC_MESSAGES or LANG (Chinese for zh, else English).
 */
#pragma once

#include <glib.h>
#include <jansson.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(json_t, json_decref)

/* Exit codes. */
enum { CTL_OK = 0, CTL_REFUSED = 1, CTL_USAGE = 2, CTL_UNREACHABLE = 3 };

typedef struct {
    const char *en, *zh;
} CtlText;

typedef struct {
    const char *name; /* "--name"; NULL ends the table */
    char letter;      /* 'o' for -o; 0 = none */
    gboolean flag;    /* takes no value */
    gboolean required;
    CtlText help;
} CtlOption;

typedef struct Ctl Ctl;

typedef struct {
    const char *words;    /* "case add" */
    const char *argument; /* of the one positional argument; NULL = none */
    const CtlOption *options;
    gboolean signed_in; /* needs an account */
    CtlText help;
    int (*run)(Ctl *ctl);
} CtlCommand;

struct Ctl {
    const CtlCommand *command;
    const char *argument;
    GHashTable *options; /* name → value; flags → "" */
    gboolean chinese;
    struct CtlHttp *http;
};

/* ctl-commands.c */
extern const CtlCommand ctl_commands[];
extern const CtlOption ctl_common_options[];

/* ctl-options.c */
/** Reads the command line; CTL_OK, or CTL_USAGE after it has said what is wrong. */
int ctl_options_read(Ctl *ctl, int argc, char **argv);
void ctl_print_help(const Ctl *ctl);
/** The option's value, else that of the environment variable, else NULL. */
const char *ctl_option(const Ctl *ctl, const char *name, const char *environment);
gboolean ctl_flag(const Ctl *ctl, const char *name);
gboolean ctl_wants_chinese(void);
const char *ctl_text(const Ctl *ctl, const CtlText *text);
void ctl_complain(const Ctl *ctl, const char *code, const char *text);
/** From the terminal without echo; NULL if there is none or nothing was typed. The caller frees it. */
char *ctl_ask_password(const Ctl *ctl);
/** "+90" (minutes from now), "2026-11-24T09:30" (local time), or microseconds since 1970. */
gboolean ctl_parse_time(const char *text, gint64 now_us, gint64 *ret_us);

/* ctl-http.c */
typedef struct CtlHttp CtlHttp;
CtlHttp *ctl_http_new(const Ctl *ctl);
void ctl_http_free(CtlHttp *http);
/** Signs in with account and password if they are given, else uses the sign-in that `login` kept. An exit code. */
int ctl_http_sign_in(Ctl *ctl);
/** `body` (borrowed) may be NULL; *ret_json is new, and NULL when the answer has no body. Complains itself. An exit code. */
int ctl_http_call(Ctl *ctl, const char *method, const char *path, json_t *body, json_t **ret_json);
/** GET into a file ("-" is standard output); an incomplete file is not left behind. An exit code. */
int ctl_http_download(Ctl *ctl, const char *path, const char *file, gint64 *ret_bytes);
int ctl_http_sign_in_as(Ctl *ctl, const char *account, const char *password, json_t **ret_user);
/** Keeps this run's cookie for later runs (mode 0600), or forgets what is kept. */
int ctl_http_keep_sign_in(Ctl *ctl);
int ctl_http_forget_sign_in(Ctl *ctl);

/* ctl-qr.c */
/** The text as a QR code of half-block characters, dark on light whatever the terminal's colours; NULL if it is too long. */
char *ctl_qr(const char *text);
