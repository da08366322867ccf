/** Lets a test import a `.graphql` file as the string it holds, as the build does. */
module.exports = { process: (text) => ({ code: `module.exports = ${JSON.stringify(text)};` }) };
