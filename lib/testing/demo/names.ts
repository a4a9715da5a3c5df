import type { Country } from './calendar'
import type { Random } from './random'

type Names = { readonly given: readonly string[]; readonly family: readonly string[] }

const words = (text: string): string[] => text.trim().split(/\s+/)

/** Common names by country. Whoever they combine to is invented. */
const namesByCountry: Readonly<Record<Country, Names>> = {
  DE: {
    given: words(`
      Anna Lena Mia Hannah Jana Katrin Sabine Ute Greta Frieda Clara Johanna Leonie Marlene Nele Paula Romy Svenja Wiebke Annika
      Jonas Lukas Felix Moritz Jürgen Matthias Stefan Tobias Henrik Anton Bruno Emil Fabian Jannik Kilian Lars Malte Niklas Oskar
      Philipp Rüdiger Sören Till Uwe Yannick Elif Emre Leyla Deniz Milan Mateo Sofia Tomás Ana Ilse Björn`),
    family: words(`
      Weber Schäfer Köhler Vogt Lindner Brandt Kessler Hartmann Reuter Seidel Arnold Böhm Dietrich Engel Friedrich Günther Haas
      Jansen Krüger Lorenz Möller Nowak Otto Pfeiffer Rauch Sommer Thiel Ullrich Voigt Winkler Ziegler Yıldız Demir Aydın Bergmann
      Kowalski Lind Ruiz Maurer Ostermann Petersen Sauer Wolters Albers Busch Ebert`),
  },
  US: {
    given: words(`
      Ava Olivia Emma Charlotte Amelia Harper Evelyn Abigail Ella Scarlett Grace Chloe Nora Hazel Zoe Lily Eleanor Naomi Ruby Ivy
      Maya Alicia Brianna Camila Daniela Esther Fatima Gabriela Imani Jasmine Keisha Latoya Mei Nia Priya Rosa Selena Tamika Wen
      Liam Noah Ethan Mason Logan Lucas Jackson Aiden Carter Owen Wyatt Caleb Isaac Nathan Eli Aaron Adrian Andre Carlos Darnell
      Diego Elijah Frank Hector Jamal Jorge Kenji Luis Marcus Minh Omar Rafael Samir Terrell Victor Wei Xavier Yusuf Dominic Gavin
      Patrick Quentin Russell Simon Travis Walter Derek Colin Felicia Gloria Joanne Kendra Monica Patrice Roberta Shannon Tara`),
    family: words(`
      Anderson Baker Bennett Brooks Bryant Castillo Chavez Coleman Cruz Daniels Delgado Ellison Fleming Foster Garrett Gibson
      Graham Griffin Hayes Henderson Holloway Hughes Jenkins Kim Lambert Le Liu Lawson Maldonado Marsh McCarthy Mendoza Mitchell
      Morales Murphy Nguyen Okafor Ortega Palmer Park Patel Perkins Pham Porter Ramsey Reeves Reyes Rhodes Rivera Robles Salazar
      Sanders Santiago Shaw Silva Simmons Sutton Tran Vance Vargas Wallace Walsh Warren Watkins Weaver Whitfield Wong Yang Zimmer
      Abbott Barrera Calloway Dunbar Espinoza Farrow Goodwin Haines Ingram Jarvis Keller Lockhart Mercer Norwood Osborne Prescott
      Quigley Rutledge Sizemore Tillman Underhill Villanueva Wexler Yarborough`),
  },
  IN: {
    given: words(`
      Aarav Aditi Ananya Arjun Devika Farhan Gauri Harish Ishaan Kavya Lakshmi Meera Nikhil Pooja Rohan Sanjana Tara Varun Vidya
      Zara Aditya Bhavna Chetan Divya Kiran Manish Neha Prakash Ritu Suresh`),
    family: words(`
      Iyer Nair Menon Rao Kulkarni Deshpande Banerjee Chatterjee Mehta Shah Joshi Bhat Pillai Reddy Chauhan Kapoor Malhotra Sethi
      Thomas Verma Gowda Hegde Mistry Naidu`),
  },
  GB: {
    given: words(
      `Alfie Beth Callum Daisy Ewan Freya Gemma Harriet Imogen Jack Kieran Lottie Niamh Oliver Poppy Rhys Saoirse Toby`,
    ),
    family: words(
      `Ashworth Blackwood Carmichael Davies Evans Fairley Gallagher Hargreaves Llewellyn MacLeod Oakley Pritchard Thornton`,
    ),
  },
  PL: {
    given: words(`Agnieszka Bartosz Dorota Ewa Filip Grzegorz Igor Joanna Kacper Magda Michał Paweł Piotr Zofia Wojciech`),
    family: words(`Baran Dąbrowski Gajda Jabłoński Kaczmarek Lis Mazur Pawlak Sikora Wilk Wróbel Zając Zieliński`),
  },
}

/** An invented name, and its e-mail at a domain that is reserved for examples; never one that is already taken. */
export function inventName(
  random: Random,
  country: Country,
  domain: string,
  taken: Set<string>,
): { name: string; email: string } {
  const { given, family } = namesByCountry[country]
  for (;;) {
    const name = `${random.pick(given)} ${random.pick(family)}`
    const email = `${toAscii(name).toLowerCase().replace(' ', '.')}@${domain}`
    if (taken.has(email)) continue
    taken.add(email)
    return { name, email }
  }
}

const letters: Readonly<Record<string, string>> = {
  ä: 'ae',
  ö: 'oe',
  ü: 'ue',
  ß: 'ss',
  ł: 'l',
  Ł: 'L',
  ı: 'i',
  Ü: 'Ue',
  Ö: 'Oe',
  Ä: 'Ae',
}

function toAscii(name: string): string {
  return name
    .replace(/[äöüßłŁıÜÖÄ]/g, (letter) => letters[letter] ?? letter)
    .normalize('NFD')
    .replace(/[^\x20-\x7e]/g, '')
}
