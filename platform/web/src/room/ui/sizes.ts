const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

/** "842 kB", "3.1 MB", "1.2 GB": two figures are enough to decide by. */
export function nameSize(bytes: number, locale?: string): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  const fractions = unit > 0 && value < 9.95 ? 1 : 0;
  const words = { style: "unit", unit: UNITS[unit], maximumFractionDigits: fractions } as const;
  return new Intl.NumberFormat(locale, words).format(value);
}
