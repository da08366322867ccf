/* global db, process */
// MongoDB's image runs this in mongosh when its volume is new. Each service's user can read and write its own database
// and no other. The passwords come from the environment of the container; `npm run compose-env` makes them.
for (const service of ['billing', 'auth_connection', 'workflow', 'sync', 'order_intake', 'audit']) {
  const name = `boxlist_${service}`;
  const pwd = process.env[`${service.toUpperCase()}_MONGODB_PASSWORD`];
  if (!pwd) throw new Error(`the password of ${name} is missing`);
  db.getSiblingDB(name).createUser({ user: name, pwd, roles: [{ role: 'readWrite', db: name }] });
}
