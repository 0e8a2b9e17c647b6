package io.sluice.gateway.doubt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * One kind of thing that may be in doubt: what the HTTP door lists of it, in pages, and how one of them is decided.
 *
 * @param path     of the list
 * @param rows     member of the answer that has them; what goes on has a member {@code next}
 * @param next     parameter that takes that
 * @param fields   of a row, in the order of the columns
 * @param pageRows how many of them are asked for at a time
 */
public record InDoubt(String path, String rows, String next, List<String> fields, int pageRows) {
    private static final int PAGE_ROWS = 500;
    private static final String DECIDED_BEFORE = "decided-before";

    public static final InDoubt UNITS = new InDoubt(
            "/v1/units",
            "units",
            "after",
            List.of("id", "broker", "state", "since", "messages", "settlements", "bytes"),
            PAGE_ROWS);

    public static final InDoubt TRANSACTIONS = new InDoubt(
            "/v1/transactions",
            "transactions",
            "from",
            List.of("id", "state", "topic", "queue", "producerGroup", "since", "asked", "bodyBytes"),
            PAGE_ROWS);

    /** How it is written. */
    public enum Form {
        /** For people: columns, with the names of the fields above each page. */
        TABLE,
        /** For programs: one object on each line, as the HTTP door has it. */
        JSON
    }

    /**
     * Writes all of them, page by page.
     *
     * @param selection parameters of the list, or nothing
     * @throws io.sluice.model.SluiceException when it cannot be asked for to its end; what was written before is true
     */
    public void list(HttpDoor door, String selection, Form form, PrintWriter out) {
        String first = path + "?limit=" + pageRows + (selection.isEmpty() ? "" : "&" + selection);
        JsonNode page = door.call("GET", first);
        if (form == Form.TABLE && page.path(rows).isEmpty()) {
            out.println("none");
        }
        while (true) {
            write(page.path(rows), form, out);
            out.flush();
            if (!page.has("next")) {
                return;
            }
            page = door.call(
                    "GET",
                    first + "&" + next + "=" + HttpDoor.encoded(page.get("next").asText()));
        }
    }

    private void write(JsonNode page, Form form, PrintWriter out) {
        if (form == Form.JSON) {
            page.forEach(out::println);
        } else if (!page.isEmpty()) {
            List<List<String>> lines = new ArrayList<>();
            page.forEach(row -> lines.add(
                    fields.stream().map(field -> row.path(field).asText("")).toList()));
            out.print(new Columns(fields, lines).text());
        }
    }

    /**
     * Decides on each of them and writes what became of it.
     *
     * @param verb  as the HTTP door has it
     * @param done  what became of it when the door does not say
     * @param errors where a sentence goes for each that was refused
     * @return whether none was refused
     * @throws io.sluice.model.SluiceException when the door does not answer; what was to be done after that was not asked for
     */
    public boolean decide(
            HttpDoor door, String verb, String done, List<String> ids, Form form, PrintWriter out, PrintWriter errors) {
        boolean all = true;
        for (String id : ids) {
            try {
                String outcome = outcome(door.call("POST", path + "/" + HttpDoor.encoded(id) + "/" + verb), done);
                if (outcome.equals(DECIDED_BEFORE)) {
                    throw new HttpDoor.Refused("%s was decided before; the first decision stands".formatted(id));
                }
                out.println(form == Form.TABLE ? Columns.shown(id) + "  " + outcome : asJson(id, outcome));
            } catch (HttpDoor.Refused refused) {
                all = false;
                errors.println("sluice: " + Columns.shown(refused.getMessage()));
            }
        }
        return all;
    }

    private static String outcome(JsonNode answer, String done) {
        return answer.path("outcome").asText(answer.path("result").asText(done));
    }

    private static String asJson(String id, String outcome) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", id)
                .put("outcome", outcome)
                .toString();
    }
}
