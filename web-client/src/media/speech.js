/**
 * Reading aloud, where the browser has a voice.
 */

/** @import { Language } from '../../types/base.js' */

/**
 * @param {Language} language
 * @param {(speaking: boolean) => void} onChange
 */
export function createSpeech(language, onChange) {
    const synthesis = window.speechSynthesis;
    let speaking = false;
    /** @param {boolean} value */
    const set = (value) => {
        speaking = value;
        onChange(value);
    };
    return {
        supported: Boolean(synthesis && window.SpeechSynthesisUtterance),
        /** Reads, or falls silent if it was reading. @param {string} text */
        toggle(text) {
            synthesis.cancel();
            if (speaking)
                return set(false);
            const utterance = new SpeechSynthesisUtterance(text);
            utterance.lang = language === 'zh' ? 'zh-CN' : 'en-GB';
            utterance.rate = 0.9; /* for elder listeners */
            utterance.onend = utterance.onerror = () => set(false);
            synthesis.speak(utterance);
            return set(true);
        },
        stop() {
            if (speaking)
                synthesis.cancel();
        },
    };
}
