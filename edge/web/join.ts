// The page at a form's address: a sign-up is kept on the phone before it is sent, and shown until it has
// arrived. Whatever this script cannot do the plain form does. The page of a workshop that has closed has no
// form, and still sends what was filled in before.

import { hiddenIn } from "./form/form";
import { openView, type OutboxData } from "./outbox_view";
import { element, pageData } from "./page";
import { serve } from "./service_worker";
import { signupPage, type SignupData } from "./signup_page";

const data = pageData<OutboxData | SignupData>();
const box = document.getElementById("signup");
// A page that the service worker kept says so: time and place may be others by now.
element("kept").hidden = !document.documentElement.dataset.kept;
if (box instanceof HTMLFormElement && "api" in data) {
  signupPage(box, data);
  // A correction's form is the network's alone.
  serve(data.files, !hiddenIn(box).replaces);
} else {
  void openView(data, { mend: false, inWords: () => [] }, (view) => void view.show());
  serve(data.files, false);
}
