/* Debian 12 has no provider for PKCS #11, but an engine (libp11). OpenSSL 3 still takes engines, and calls their interface deprecated. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "key-engine.h"

#include <dlfcn.h>

#include <string.h>

#include <openssl/engine.h>
#include <openssl/err.h>

#include "public-key.h"

/* RFC 7512, section 2.4: what stands behind the question mark is for whoever opens the device: its library, and the PIN, which shall be in no message. */
typedef struct {
    char *key; /* the URI without its query */
    char *module, *pin;
} Address;

static char *
query_value(const char *query, const char *name)
{
    g_auto(GStrv) attributes = g_strsplit(query, "&", -1);

    for (char **attribute = attributes; *attribute; attribute++)
        if (g_str_has_prefix(*attribute, name) && (*attribute)[strlen(name)] == '=')
            return g_uri_unescape_string(*attribute + strlen(name) + 1, NULL);
    return NULL;
}

static Address
address_of(const char *uri)
{
    const char *query = strchr(uri, '?');
    Address address = { .key = query ? g_strndup(uri, (gsize) (query - uri)) : g_strdup(uri) };

    if (query) {
        address.module = query_value(query + 1, "module-path");
        address.pin = query_value(query + 1, "pin-value");
    }
    return address;
}

static void
address_clear(Address *address)
{
    if (address->pin)
        memset(address->pin, 0, strlen(address->pin));
    g_free(address->key);
    g_free(address->module);
    g_free(address->pin);
}

/* libp11 makes its method tables when it is loaded and does not give them back when it is unloaded: it stays, so that asking again costs nothing. */
static void
keep_loaded(ENGINE *engine)
{
    ENGINE_LOAD_KEY_PTR loader = ENGINE_get_load_privkey_function(engine);
    Dl_info library;
    void *handle;

    if (!loader || !dladdr((const void *)(guintptr)loader, &library) || !library.dli_fname)
        return;
    handle = dlopen(library.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
    if (handle)
        dlclose(handle);
}

/* The key holds what it needs of the engine; ours is let go. */
static EVP_PKEY *
load_from(ENGINE *engine, const Address *address)
{
    EVP_PKEY *key = NULL;

    ENGINE_ctrl_cmd_string(engine, "QUIET", NULL, 0);
    if ((address->module && ENGINE_ctrl_cmd_string(engine, "MODULE_PATH", address->module, 0) != 1) ||
        (address->pin && ENGINE_ctrl_cmd_string(engine, "PIN", address->pin, 0) != 1) || ENGINE_init(engine) != 1)
        return NULL;
    key = ENGINE_load_private_key(engine, address->key, NULL, NULL);
    ENGINE_finish(engine);
    return key;
}

EVP_PKEY *
key_engine_load(const char *uri)
{
    ENGINE *engine;
    Address address;
    EVP_PKEY *key;

    if (!g_str_has_prefix(uri, "pkcs11:"))
        return NULL;
    ENGINE_load_dynamic();
    engine = ENGINE_by_id("pkcs11");
    if (!engine)
        return NULL;
    keep_loaded(engine);
    address = address_of(uri);
    key = load_from(engine, &address);
    address_clear(&address);
    ENGINE_free(engine);
    return key;
}
