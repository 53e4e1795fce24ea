// OCA's formatting. The plugin for XML is named by dev/test, which knows where it is.
module.exports = {
    bracketSpacing: false,
    printWidth: 88,
    proseWrap: "always",
    semi: true,
    tabWidth: 4,
    trailingComma: "es5",
    xmlQuoteAttributes: "double",
    xmlWhitespaceSensitivity: "ignore",
};
