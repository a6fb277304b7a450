// Files dropped on the page go into the form; the form works without this script.

const zone = document.getElementById("drop-zone");
const field = zone?.querySelector("input[type=file]");
const names = document.getElementById("file-names");

function tell() {
  names.textContent = [...field.files].map((file) => file.name).join(", ");
}

if (field) {
  field.addEventListener("change", tell);
  for (const name of ["dragover", "dragleave", "drop"]) {
    zone.addEventListener(name, (event) => {
      event.preventDefault();
      zone.toggleAttribute("data-over", name === "dragover");
      if (name === "drop" && event.dataTransfer.files.length > 0) {
        field.files = event.dataTransfer.files;
        tell();
      }
    });
  }
}
