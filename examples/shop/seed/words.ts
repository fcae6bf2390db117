type Words = readonly [string, ...string[]];

export const brands: Words = [
  'Ostrava',
  'Lindqvist',
  'Maren & Sons',
  'Halde',
  'Kobolt',
  'Northfield',
  'Petrichor',
  'Sundhus',
  'Tallow',
  'Verge',
  'Wrenfold',
  'Yarrow',
  'Birkeland',
  'Corvid',
  'Dunmore',
  'Eider',
];

/** Category → what is sold in it. */
export const catalog: readonly {
  readonly name: string;
  readonly children: readonly { name: string; things: Words }[];
}[] = [
  {
    name: 'Living',
    children: [
      { name: 'Lighting', things: ['lamp', 'floor lamp', 'desk lamp', 'lantern', 'pendant light'] },
      { name: 'Seating', things: ['armchair', 'stool', 'bench', 'rocking chair', 'sofa'] },
      { name: 'Textiles', things: ['blanket', 'cushion', 'rug', 'curtain', 'throw'] },
    ],
  },
  {
    name: 'Kitchen',
    children: [
      { name: 'Cookware', things: ['saucepan', 'frying pan', 'casserole', 'kettle', 'wok'] },
      { name: 'Tableware', things: ['plate set', 'bowl', 'mug', 'carafe', 'cutlery set'] },
      { name: 'Appliances', things: ['toaster', 'blender', 'coffee grinder', 'scale', 'waffle iron'] },
    ],
  },
  {
    name: 'Garden',
    children: [
      { name: 'Tools', things: ['spade', 'rake', 'pruner', 'watering can', 'wheelbarrow'] },
      { name: 'Outdoor', things: ['hammock', 'parasol', 'fire bowl', 'garden table', 'planter'] },
    ],
  },
];

export const materials: Words = [
  'oak',
  'walnut',
  'linen',
  'wool',
  'brass',
  'enamel',
  'steel',
  'glass',
  'clay',
  'bamboo',
];
export const styles: Words = [
  'Plain',
  'Tall',
  'Small',
  'Round',
  'Folding',
  'Heavy',
  'Quiet',
  'Bright',
  'Rustic',
  'Slim',
];
export const colours: Words = ['green', 'sand', 'black', 'white', 'rust', 'blue', 'grey'];

export const firstNames: Words = [
  'Ada',
  'Bela',
  'Carla',
  'Dario',
  'Edda',
  'Farid',
  'Greta',
  'Hugo',
  'Ines',
  'Jonas',
  'Katja',
  'Levin',
  'Mira',
  'Nils',
  'Olga',
  'Pavel',
  'Ruth',
  'Samir',
  'Tilda',
  'Ute',
  'Vito',
  'Wanda',
  'Yara',
  'Zeno',
];
export const lastNames: Words = [
  'Albers',
  'Brandt',
  'Cordes',
  'Dahl',
  'Engel',
  'Fuchs',
  'Grimm',
  'Hoffer',
  'Iversen',
  'Jansen',
  'Kern',
  'Lorenz',
  'Moser',
  'Novak',
  'Ott',
  'Pohl',
  'Reuter',
  'Sander',
  'Thoma',
  'Ulrich',
  'Vogt',
  'Weiss',
  'Zander',
];
export const streets: Words = [
  'Lindenweg',
  'Hafenstrasse',
  'Am Markt',
  'Gartenweg',
  'Bergstrasse',
  'Kirchplatz',
  'Seeufer',
];
export const cities: readonly [readonly [string, string], ...(readonly (readonly [string, string])[])] = [
  ['20095', 'Hamburg'],
  ['10115', 'Berlin'],
  ['50667', 'Köln'],
  ['80331', 'München'],
  ['01067', 'Dresden'],
  ['28195', 'Bremen'],
];

export const praise: Words = [
  'Better than I hoped',
  'Does what it should',
  'A lovely thing',
  'Would buy again',
  'Solid',
];
export const blame: Words = [
  'Not for me',
  'Disappointing',
  'Broke after a week',
  'Smaller than it looks',
  'Sent it back',
];
export const sentences: Words = [
  'It arrived in time and was well packed.',
  'The colour is a little darker than in the picture.',
  'We use it every day and it still looks new.',
  'The handle is not as sturdy as I would like.',
  'My sister wants the same one now.',
  'Assembly took ten minutes with the tool in the box.',
  'For this price it is hard to find a better one.',
  'There was a scratch, and the shop replaced it at once.',
  'Sehr schön verarbeitet, und der Versand war schnell.',
  'Très bien pour le prix, je suis content avec la qualité.',
];
