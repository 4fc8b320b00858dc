// Reads a calendar object on standard input with ical.js, an independent parser, and writes what it understood as
// JSON. Argument: the folder of node_modules. Times are converted with the VTIMEZONE of the object itself.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { join } from "node:path";

const { default: ICAL } = await import(pathToFileURL(join(process.argv[2], "ical.js", "dist", "ical.js")));
const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, "utf8")));
const zones = new Map(
  calendar.getAllSubcomponents("vtimezone").map((part) => [part.getFirstPropertyValue("tzid"), new ICAL.Timezone(part)]),
);

function moment(property) {
  if (!property) return null;
  const time = property.getFirstValue().clone();
  if (time.isDate) return time.toString();
  const tzid = property.getParameter("tzid");
  if (tzid && !zones.has(tzid)) throw new Error(`no VTIMEZONE for ${tzid}`);
  if (tzid) time.zone = zones.get(tzid);
  return new Date(time.toUnixTime() * 1000).toISOString();
}

function occurrences(event) {
  const rule = event.getFirstPropertyValue("rrule");
  if (!rule) return [];
  const start = event.getFirstProperty("dtstart");
  const time = start.getFirstValue().clone();
  const zone = zones.get(start.getParameter("tzid"));
  if (zone) time.zone = zone;
  const found = [];
  const iterator = rule.iterator(time);
  for (let next = iterator.next(); next && found.length < 100; next = iterator.next()) {
    if (zone) next.zone = zone;
    found.push(new Date(next.toUnixTime() * 1000).toISOString());
  }
  return found;
}

function person(property) {
  return { address: property.getFirstValue(), name: property.getParameter("cn") ?? null, partstat: property.getParameter("partstat") ?? null };
}

const events = calendar.getAllSubcomponents("vevent").map((event) => {
  const text = (name) => event.getFirstPropertyValue(name);
  return {
    names: [...new Set(event.getAllProperties().map((property) => property.name))].sort(),
    uid: text("uid"),
    sequence: text("sequence"),
    status: text("status"),
    transp: text("transp"),
    summary: text("summary"),
    description: text("description"),
    location: text("location"),
    url: text("url"),
    start: moment(event.getFirstProperty("dtstart")),
    end: moment(event.getFirstProperty("dtend")),
    stamp: moment(event.getFirstProperty("dtstamp")),
    rule: text("rrule") ? text("rrule").toString() : null,
    occurrences: occurrences(event),
    organizers: event.getAllProperties("organizer").map(person),
    attendees: event.getAllProperties("attendee").map(person),
  };
});
process.stdout.write(
  JSON.stringify({
    method: calendar.getFirstPropertyValue("method"),
    name: calendar.getFirstPropertyValue("x-wr-calname"),
    zones: [...zones.keys()],
    events,
  }),
);
