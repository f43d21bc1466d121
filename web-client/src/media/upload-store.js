/**
 * Where pictures wait on the phone: IndexedDB, which survives a reload and a browser that was closed; a map where that is refused.
 */

/** @import { Upload, UploadStore } from '../../types/uploads.js' */

const DATABASE = 'yuntakan';
const TABLE = 'uploads';

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
const done = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
});

/** @returns {UploadStore} */
export function memoryUploadStore() {
    /** @type {Map<string, Upload>} */
    const kept = new Map();
    return {
        all: async () => [...kept.values()],
        put: async (upload) => void kept.set(upload.id, upload),
        remove: async (id) => void kept.delete(id),
    };
}

/** @param {IDBFactory | undefined} factory @returns {UploadStore} */
export function browserUploadStore(factory) {
    const memory = memoryUploadStore();
    /** @type {Promise<IDBDatabase> | null} */
    let opening = null;
    const open = () => {
        if (!factory)
            return Promise.reject(new Error('no IndexedDB'));
        if (!opening) {
            const request = factory.open(DATABASE, 1);
            request.onupgradeneeded = () => request.result.createObjectStore(TABLE, { keyPath: 'id' });
            opening = done(request);
        }
        return opening;
    };
    /** @template T @param {IDBTransactionMode} mode @param {(table: IDBObjectStore) => IDBRequest<T>} work */
    const table = async (mode, work) => {
        const transaction = (await open()).transaction(TABLE, mode);
        const result = await done(work(transaction.objectStore(TABLE)));
        return result;
    };
    /* In memory too: what the disk refused (full, private window) is sent all the same. */
    return {
        async all() {
            const inMemory = await memory.all();
            const kept = await table('readonly', (rows) => rows.getAll()).catch(() => []);
            return [...inMemory, ...kept.filter((row) => !inMemory.some(({ id }) => id === row.id))];
        },
        async put(upload) {
            await memory.put(upload);
            await table('readwrite', (rows) => rows.put(upload)).catch(() => {});
        },
        async remove(id) {
            await memory.remove(id);
            await table('readwrite', (rows) => rows.delete(id)).catch(() => {});
        },
    };
}
