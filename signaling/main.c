#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "outside.h"
#include "server.h"
#include "user-command.h"

typedef struct {
    char *data;
    char *address;
    int port;
    char *web;
    char *items;
    char *turn_urls;
    char *turn_secret_file;
    char *camera_networks;
    char *forms;
    OutsideConfig outside;
    int site_layers;
    char *add_admin;
    gboolean version;
} Options;

static gboolean
parse_options(int *argc, char ***argv, Options *options, GError **error)
{
    const GOptionEntry entries[] = {
        { "data", 0, 0, G_OPTION_ARG_FILENAME, &options->data, "Data directory", "DIR" },
        { "listen", 0, 0, G_OPTION_ARG_STRING, &options->address, "Address to listen on; default: all", "ADDR" },
        { "port", 0, 0, G_OPTION_ARG_INT, &options->port, "Port; 0 lets the system choose; default: 8443", "P" },
        { "web", 0, 0, G_OPTION_ARG_FILENAME, &options->web, "Root of the pages", "DIR" },
        { "items", 0, 0, G_OPTION_ARG_FILENAME, &options->items, "Folder of the item catalogue", "DIR" },
        { "turn-url", 0, 0, G_OPTION_ARG_STRING, &options->turn_urls, "TURN servers for networks that let nothing else through", "URL[,URL...]" },
        { "turn-secret-file", 0, 0, G_OPTION_ARG_FILENAME, &options->turn_secret_file, "The secret that is shared with them (coturn: static-auth-secret)", "FILE" },
        { "camera-networks", 0, 0, G_OPTION_ARG_STRING, &options->camera_networks, "Networks that fixed cameras may be in; default: none",
          "CIDR[,CIDR…]" },
        { "forms", 0, 0, G_OPTION_ARG_FILENAME, &options->forms, "Folder of the forms; default: forms beside the folder of the catalogue", "DIR" },
        { "public-url", 0, 0, G_OPTION_ARG_STRING, &options->outside.public_url, "Address of the pages, for links in messages: https://host", "URL" },
        { "smtp-url", 0, 0, G_OPTION_ARG_STRING, &options->outside.smtp_url, "Mail server: smtps://host:465, or smtp://host:587 (STARTTLS)", "URL" },
        { "smtp-from", 0, 0, G_OPTION_ARG_STRING, &options->outside.smtp_from, "Sender of mails", "ADDRESS" },
        { "smtp-user", 0, 0, G_OPTION_ARG_STRING, &options->outside.smtp_user, "Account at the mail server", "USER" },
        { "smtp-password-file", 0, 0, G_OPTION_ARG_FILENAME, &options->outside.smtp_password_file, "Its password, one line", "FILE" },
        { "outside-ca", 0, 0, G_OPTION_ARG_FILENAME, &options->outside.ca, "Authorities that sign the certificates of other systems, PEM; default: the machine's", "FILE" },
        { "site-layers", 0, 0, G_OPTION_ARG_INT, &options->site_layers, "In how many qualities at once the site's camera is sent, 1 or 2; default: as the phone can", "N" },
        { "add-admin", 0, 0, G_OPTION_ARG_STRING, &options->add_admin, "Add an administrator, password on standard input, and end", "ACCOUNT" },
        { "version", 0, 0, G_OPTION_ARG_NONE, &options->version, "Print the version and end", NULL },
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);

    g_option_context_set_summary(context, "The public face of Yuntakan: pages, REST and WebSocket signalling.");
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, argc, argv, error))
        return FALSE;
    if (!options->version && (!options->data || (!options->add_admin && (!options->web || !options->items)))) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--data, --web and --items are needed; see --help");
        return FALSE;
    }
    if (options->outside.public_url && (!g_str_has_prefix(options->outside.public_url, "https://") || g_str_has_suffix(options->outside.public_url, "/"))) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--public-url must look like https://host, without a slash at its end");
        return FALSE;
    }
    if (options->site_layers < 0 || options->site_layers > 2) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--site-layers must be 1 or 2");
        return FALSE;
    }
    if (options->port < 0 || options->port > 65535) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--port must be 0 to 65535");
        return FALSE;
    }
    return TRUE;
}

static gboolean
run(const Options *options, GError **error)
{
    /* Relative paths in links and sockets must not depend on a later working directory. */
    g_autofree char *data = g_canonicalize_filename(options->data, NULL);
    g_autofree char *beside = options->items ? g_build_filename(options->items, "..", "forms", NULL) : NULL;
    ServerConfig config = { data,  options->address, options->port, options->web, options->items, options->turn_urls, options->turn_secret_file,
                            NULL, options->forms ? options->forms : beside, options->outside, (guint) options->site_layers };
    g_autoptr(NetworkList) camera_networks = network_list_parse(options->camera_networks, error);
    g_autoptr(Server) server = NULL;

    if (!camera_networks)
        return FALSE;
    config.camera_networks = camera_networks;
    if (options->add_admin)
        return user_command_add_admin(data, options->add_admin, clock_system(), error);
    server = server_new(&config, clock_system(), error);
    if (!server)
        return FALSE;
    if (!server_run(server)) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "could not start");
        return FALSE;
    }
    return TRUE;
}

int
main(int argc, char **argv)
{
    Options options = { .port = 8443 };
    g_autoptr(GError) error = NULL;
    gboolean good = parse_options(&argc, &argv, &options, &error);

    if (good && options.version)
        puts("yuntakan-signaling " YUNTAKAN_VERSION);
    else if (good) {
        outside_init();
        good = run(&options, &error);
        outside_end();
    }
    if (!good)
        fprintf(stderr, "yuntakan-signaling: %s\n", error->message);
    g_free(options.data);
    g_free(options.address);
    g_free(options.web);
    g_free(options.items);
    g_free(options.turn_urls);
    g_free(options.turn_secret_file);
    g_free(options.camera_networks);
    g_free(options.forms);
    g_free((char *) options.outside.public_url);
    g_free((char *) options.outside.smtp_url);
    g_free((char *) options.outside.smtp_from);
    g_free((char *) options.outside.smtp_user);
    g_free((char *) options.outside.smtp_password_file);
    g_free((char *) options.outside.ca);
    g_free(options.add_admin);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
