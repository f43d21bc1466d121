/** The part of qrcode-generator that is used; the package's own types describe a global. */
declare function qrcode(version: number, correction: 'L' | 'M' | 'Q' | 'H'): {
    addData(text: string, mode: 'Byte'): void;
    make(): void;
    getModuleCount(): number;
    isDark(row: number, column: number): boolean;
};
export default qrcode;
